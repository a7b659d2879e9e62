"""What a run or an audit leaves behind for whoever asks later: signed evidence, its samples, who approved."""
