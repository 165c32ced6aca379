// Visibility of the symbols of libmtt.so.
#pragma once

/// Marks a type or function as part of libmtt.so; plugins are built with hidden visibility.
#define MTT_API __attribute__((visibility("default")))
