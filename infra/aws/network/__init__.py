"""The network side: addresses, ways in and out, who may talk to whom, names, a record of traffic."""
