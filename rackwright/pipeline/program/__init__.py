"""The program in `infra/`: which engine runs it, what its plan means, how far the world has drifted from it."""
