"""GGUF files, run by llama.cpp as they are."""
