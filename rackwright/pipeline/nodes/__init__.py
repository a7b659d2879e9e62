"""Nodes of a stack: how they are reached and configured, what they are told and what they say."""
