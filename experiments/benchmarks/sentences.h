// Sentences of mixed length, made from a few words; the same on every machine.
#pragma once

#include <random>
#include <string>
#include <vector>

inline std::vector<std::string> sentences(std::size_t count, std::size_t shortest, std::size_t longest) {
  constexpr const char* kWords[] = {
      "please", "play",    "some",  "music", "from",  "the",      "nineties", "and",  "remind",
      "me",     "to",      "water", "all",   "of",    "tomatoes", "before",   "the",  "weather",
      "turns",  "Hamburg", "again", "at",    "seven", "o'clock",  "tonight",  "with", "Anna"};
  std::mt19937 random(1);
  std::vector<std::string> texts(count);
  for (std::string& text : texts) {
    const std::size_t words = shortest + random() % (longest - shortest + 1);
    for (std::size_t i = 0; i < words; ++i)
      text += (i ? " " : "") + std::string(kWords[random() % std::size(kWords)]);
    text += ".";
  }
  return texts;
}
