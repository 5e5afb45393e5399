"""The network that reads a message: dangers, intents and languages, each with a probability.

It goes on from the sentence encoder's shared layers, so a message is encoded once for retrieval,
safety and triage. `data/` holds what it was taught, `network.onnx` what it became
(docs/adr/0012-one-network-reads.md).
"""
