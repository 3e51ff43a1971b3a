// Published vectors out of tests/vectors, and randomness that is known beforehand.
#pragma once

#include "common/opaque/group.h"
#include "tests/support/hex.h"
#include "tests/support/places.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace matinee::test {

using ByteString = std::vector<std::uint8_t>;

inline boost::json::value vectorsIn(const std::string &file)
{
    std::ifstream stream(test::dataFolder() + "/vectors/" + file, std::ios::binary);
    std::stringstream text;
    text << stream.rdbuf();
    return boost::json::parse(text.str());
}

inline ByteString hexOf(const boost::json::value &object, std::string_view key)
{
    const auto &text = object.at(boost::json::string_view(key.data(), key.size())).as_string();
    return hex({text.data(), text.size()});
}

inline ByteString bytesOf(opaque::Bytes bytes)
{
    return {bytes.begin(), bytes.end()};
}

inline ByteString bytesOf(std::string_view text)
{
    return {text.begin(), text.end()};
}

/// Gives what it was given, piece by piece; each piece must be asked for in its length. A scalar is asked for as 64 bytes that are reduced.
class KnownRandomness final : public opaque::Randomness
{
public:
    explicit KnownRandomness(std::vector<ByteString> pieces) : m_pieces(std::move(pieces)) {}
    ~KnownRandomness() override { EXPECT_EQ(m_next, m_pieces.size()) << "not all randomness was used"; }

    void fill(std::span<std::uint8_t> bytes) override
    {
        ASSERT_LT(m_next, m_pieces.size()) << "more randomness than expected is used";
        auto piece = m_pieces[m_next++];
        if (bytes.size() == 64 && piece.size() == opaque::kScalarSize)
            piece.resize(64);
        ASSERT_EQ(piece.size(), bytes.size());
        std::copy(piece.begin(), piece.end(), bytes.begin());
    }

private:
    std::vector<ByteString> m_pieces;
    std::size_t m_next = 0;
};

} // namespace matinee::test
