// Precompiled for the command line: what the pure modules have, and CLI11, which is nothing but headers.
#pragma once
#include "pch_pure.h"

#include <CLI/CLI.hpp>
