// A BERT of a few hundred numbers, made on the spot.
#pragma once

#include <filesystem>

/// Writes a sentence-transformers directory (old dialect, mean pooling, normalised) with random weights that
/// depend on nothing but this code.
void write_tiny_model(const std::filesystem::path& folder, int layers = 2);
