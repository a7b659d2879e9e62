"""What a person wants: `stacks/<stack>.yaml` as a closed, typed model with places for its mistakes."""
