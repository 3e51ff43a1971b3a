// Precompiled for tests: what hosts have, and GoogleTest.
#pragma once
#include "pch_host.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
