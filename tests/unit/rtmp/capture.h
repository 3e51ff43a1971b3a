// Bytes that real encoders sent after the handshake, recorded from a publish of a 32 x 32 picture with sound; and ways of feeding them.
#pragma once

#include "media/frame.h"
#include "tests/support/places.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace matinee::test {

inline media::Bytes capture(const std::string &name)
{
    std::ifstream file(dataFolder() + "/unit/rtmp/captures/" + name, std::ios::binary);
    EXPECT_TRUE(file.good()) << name;
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

} // namespace matinee::test
