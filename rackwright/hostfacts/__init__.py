"""Facts of one machine for the policies, in the shape of `policies.subjects.host`. Runs *on* the machine.

Standard library of Python 3.9 only and nothing else of this project, because it travels to the machine as one file
(`rackwright.pipeline.judging.host_documents`). It changes nothing there, starts only programs that print, and reads no
secret: of passwords it says whether there is one, of keys and credentials where they lie and who may read them.
"""
