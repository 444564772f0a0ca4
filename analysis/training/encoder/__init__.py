"""Fine-tuning of the second tier: base weights, vocabulary, network, fitting, export.

Needs the extra `train` (torch, onnx), which nothing else of the program imports.
"""
