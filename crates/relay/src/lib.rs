#![doc = "Stub, being written."]
