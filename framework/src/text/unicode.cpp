#include "text/unicode.h"

#include "text/data/unicode_tables.inc"
