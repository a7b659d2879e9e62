"""Programs that run on a node by themselves: fetch a signed bundle, configure the node, report.

They use the standard library of Python 3.11 only and import nothing of ours, for they travel as text: `fetch` in the
node's user data, `converge` in the bundle. What renders and packs them is `rackwright.design.boot` and
`rackwright.configure.bundle`.
"""
