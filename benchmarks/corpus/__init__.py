"""150 wrong stacks with one mistake each, and 30 right ones: what preflight and the policies find of them.

A corpus stack is a base with one typed change, as data (`wrong.yaml`, `right.yaml`). `enters` says where the change is
made, and so what is really exercised:

- `spec`: in the stack file, before anything reads it; judged by preflight.
- `plan`: in the properties of one planned resource, between the program and the policies. The program would not write
  it, which is the point: this is what a patch to the program, or another program, would bring.
- `lock`, `host`, `kubernetes`, `account`, `fabric`, `pipeline`: in what the collector reports of a right one.

Run with ``python -m benchmarks.corpus``. The bases are the stacks of this checkout, planned by the embedded engine
without any cloud, and the documents in `bases.yaml`.
"""
