#include "common/opaque/hashing.h"

#include "vectors.h"

using namespace matinee;
using namespace matinee::opaque;
using test::bytesOf;
using test::hex;
using test::hexOf;

TEST(OpaqueHashing, HmacSha512IsThatOfWycheproof)
{
    int valid = 0;
    int invalid = 0;
    const auto document = test::vectorsIn("wycheproof_hmac_sha512.json");
    for (const auto &group : document.at("testGroups").as_array())
        for (const auto &vector : group.at("tests").as_array()) {
            const auto tag = hexOf(vector, "tag");
            const auto message = hexOf(vector, "msg");
            const auto mac = hmac(hexOf(vector, "key"), {message});
            const auto half = message.size() / 2;
            EXPECT_EQ(mac, hmac(hexOf(vector, "key"), {Bytes(message).first(half), Bytes(message).subspan(half)}));
            const bool same = sameBytes(Bytes(mac.bytes()).first(tag.size()), tag); // some vectors have tags that were cut
            const bool good = vector.at("result").as_string() == "valid";
            EXPECT_EQ(same, good) << vector.at("tcId");
            ++(good ? valid : invalid);
        }
    EXPECT_EQ(valid + invalid, document.at("numberOfTests").as_int64());
    EXPECT_GT(valid, 50);
    EXPECT_GT(invalid, 50);
}

TEST(OpaqueHashing, HkdfSha512IsThatOfWycheproof)
{
    int count = 0;
    int refused = 0;
    const auto document = test::vectorsIn("wycheproof_hkdf_sha512.json");
    for (const auto &group : document.at("testGroups").as_array())
        for (const auto &vector : group.at("tests").as_array()) {
            const auto info = hexOf(vector, "info");
            const auto key = hkdfExtract(hexOf(vector, "salt"), {hexOf(vector, "ikm")});
            std::vector<std::uint8_t> out(static_cast<std::size_t>(vector.at("size").as_int64()), 0xee);
            const bool done = hkdfExpand(key.bytes(), {info}, out);
            ++count;
            if (vector.at("result").as_string() == "valid") {
                EXPECT_TRUE(done);
                EXPECT_EQ(out, hexOf(vector, "okm")) << vector.at("tcId");
            } else {
                EXPECT_FALSE(done) << vector.at("tcId");
                EXPECT_EQ(std::count(out.begin(), out.end(), 0xee), static_cast<std::ptrdiff_t>(out.size()));
                ++refused;
            }
        }
    EXPECT_EQ(count, document.at("numberOfTests").as_int64());
    EXPECT_GT(refused, 0);
}

// RFC 9380 K.3: expand_message_xmd with SHA-512.
TEST(OpaqueHashing, MessagesAreExpandedAsInRfc9380)
{
    const auto expanded = [](std::string_view message, std::size_t size) {
        std::vector<std::uint8_t> out(size);
        EXPECT_TRUE(expandMessage({label(message)}, {label("QUUX-V01-CS02-with-"), label("expander-SHA512-256")}, out));
        return out;
    };
    EXPECT_EQ(expanded("", 32), hex("6b9a7312411d92f921c6f68ca0b6380730a1a4d982c507211a90964c394179ba"));
    EXPECT_EQ(expanded("abc", 32), hex("0da749f12fbe5483eb066a5f595055679b976e93abe9be6f0f6318bce7aca8dc"));
    EXPECT_EQ(expanded("abcdef0123456789", 32), hex("087e45a86e2939ee8b91100af1583c4938e0f5fc6c9db4b107b83346bc967f58"));
    EXPECT_EQ(expanded("", 128), hex("41b037d1734a5f8df225dd8c7de38f851efdb45c372887be655212d07251b921b052b62eaed99b46f72f2ef4cc96bfaf254eb"
                                     "bbec091e1a3b9e4fb5e5b619d2e"
                                     "0c5414800a1d882b62bb5cd1778f098b8eb6cb399d5d9d18f5d5842cf5d13d7eb00a7cff859b605da678b318bd0e65ebff70b"
                                     "ec88c753b159a805d2c89c55961"));
}

TEST(OpaqueHashing, NeitherMoreThan255HashesNorATagOfMoreThan255BytesIsExpanded)
{
    std::vector<std::uint8_t> most(255 * 64);
    std::vector<std::uint8_t> tooMuch(255 * 64 + 1);
    const std::vector<std::uint8_t> tag(256, 't');
    EXPECT_TRUE(expandMessage({}, {Bytes(tag).first(255)}, most));
    EXPECT_FALSE(expandMessage({}, {Bytes(tag).first(255)}, tooMuch));
    EXPECT_FALSE(expandMessage({}, {tag}, most));
    EXPECT_TRUE(hkdfExpand(tag, {}, most));
    EXPECT_FALSE(hkdfExpand(tag, {}, tooMuch));
}

TEST(OpaqueHashing, ATranscriptMayBeReadInTheMiddleAndGoesOn)
{
    Sha512 hash;
    hash.add(label("some"));
    const auto middle = hash.soFar();
    EXPECT_EQ(middle, hash.soFar());
    const auto whole = std::move(hash.add(label("thing"))).finish();
    Sha512 atOnce;
    atOnce.add(label("something"));
    EXPECT_EQ(whole, std::move(atOnce).finish());
}

TEST(OpaqueHashing, ASecretThatWasMovedAwayIsZeros)
{
    Secret<4> from(std::array<std::uint8_t, 4>{1, 2, 3, 4});
    const Secret<4> to = std::move(from);
    EXPECT_EQ(bytesOf(to.bytes()), hex("01020304"));
    EXPECT_EQ(bytesOf(from.bytes()), hex("00000000")); // NOLINT(bugprone-use-after-move): that is the point
}
