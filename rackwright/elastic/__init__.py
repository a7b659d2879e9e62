"""Elastic Slurm: starts nodes when jobs need them and stops them when they are idle. Runs *on* the controller.

slurmctld calls it as ResumeProgram and SuspendProgram (slurm.conf(5), "Power Saving Guide"). A node's name says its
address, so that an instance can be started for exactly the node that was asked for, and nobody keeps a list. What EC2
refuses becomes the node's reason in Slurm, by EC2's own code, and is tried again with back-off.

Standard library of Python 3.9 and `rackwright.node.fetch` only, because it travels to the controller as files.
`outcomes`, `launching` and `wire` are pure; `ec2` and `slurm` are the shell round them, `program` puts them together.
"""
