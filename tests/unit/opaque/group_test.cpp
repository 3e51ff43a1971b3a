#include "common/opaque/group.h"

#include "common/opaque/oprf.h"
#include "vectors.h"

using namespace matinee;
using namespace matinee::opaque;
using test::bytesOf;
using test::hex;

// RFC 9496 A.1: the first multiples of the generator.
TEST(OpaqueGroup, MultiplesOfTheGeneratorAreThoseOfRfc9496)
{
    const auto scalarOf = [](std::uint8_t value) {
        std::array<std::uint8_t, 32> bytes{};
        bytes[0] = value;
        return std::move(*Scalar::parse(bytes));
    };
    EXPECT_EQ(bytesOf(publicKeyOf(scalarOf(1)).bytes()), hex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"));
    EXPECT_EQ(bytesOf(publicKeyOf(scalarOf(2)).bytes()), hex("6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919"));
    EXPECT_EQ(bytesOf(publicKeyOf(scalarOf(15)).bytes()), hex("e0c418f7c8d9c4cdd7395b93ea124f3ad99021bb681dfc3302a9d99a2e53e64e"));
    const auto product = multiply(scalarOf(3), publicKeyOf(scalarOf(5)).bytes());
    ASSERT_TRUE(product);
    EXPECT_EQ(bytesOf(product->bytes()), bytesOf(publicKeyOf(scalarOf(15)).bytes()));
}

TEST(OpaqueGroup, EncodingsThatRfc9496CallsBadAreRefused)
{
    // A.2: not canonical, negative, not square, negative xy, s = -1.
    constexpr const char *bad[] = {"00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                                   "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                   "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                   "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                   "0100000000000000000000000000000000000000000000000000000000000000",
                                   "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                   "ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20",
                                   "c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562",
                                   "c940e5a4404157cfb1628b108db051a8d439e1a421394ec4ebccb9ec92a8ac78",
                                   "47cfc5497c53dc8e61c91d17fd626ffb1c49e2bca94eed052281b510b1117a24",
                                   "f1c6165d33367351b0da8f6e4511010c68174a03b6581212c71c0e1d026c3c72",
                                   "87260f7a2f12495118360f02c26a470f450dadf34a413d21042b43b9d93e1309",
                                   "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
                                   "4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f",
                                   "de6a7b00deadc788eb6b6c8d20c0ae96c2f2019078fa604fee5b87d6e989ad7b",
                                   "bcab477be20861e01e4a0e295284146a510150d9817763caf1a6f4b422d67042",
                                   "2a292df7e32cababbd9de088d1d1abec9fc0440f637ed2fba145094dc14bea08",
                                   "f4a9e534fc0d216c44b218fa0c42d99635a0127ee2e53c712f70609649fdff22",
                                   "8268436f8c4126196cf64b3c7ddbda90746a378625f9813dd9b8457077256731",
                                   "2810e5cbc2cc4d4eece54f61c6f69758e289aa7ab440b3cbeaa21995c2f4232b",
                                   "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
                                   "a45fdc55c76448c049a1ab33f17023edfb2be3581e9c7aade8a6125215e04220",
                                   "d483fe813c6ba647ebbfd3ec41adca1c6130c2beeee9d9bf065c8d151c5f396e",
                                   "8a2e1d30050198c65a54483123960ccc38aef6848e1ec8f5f780e8523769ba32",
                                   "32888462f8b486c68ad7dd9610be5192bbeaf3b443951ac1a8118419d9fa097b",
                                   "227142501b9d4355ccba290404bde41575b037693cef1f438c47f8fbf35d1165",
                                   "5c37cc491da847cfeb9281d407efc41e15144c876e0170b499a96a22ed31e01e",
                                   "445425117cb8c90edcbc7c1cc0e74f747f2c1efa5630a967c64f287792a48a4b",
                                   "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"};
    for (const char *encoding : bad)
        EXPECT_FALSE(Element::parse(hex(encoding))) << encoding;
}

TEST(OpaqueGroup, TheIdentityIsRefused)
{
    EXPECT_FALSE(Element::parse(test::ByteString(32, 0)));
}

TEST(OpaqueGroup, ASecondEncodingWithTheTopmostBitSetIsRefused)
{
    for (int i = 0; i < 100; ++i) {
        auto encoding = bytesOf(publicKeyOf(Scalar::random(systemRandomness())).bytes());
        ASSERT_TRUE(Element::parse(encoding));
        encoding.back() |= 0x80;
        EXPECT_FALSE(Element::parse(encoding));
    }
}

TEST(OpaqueGroup, OnlyScalarsFromOneToTheOrderLessOneExist)
{
    const auto order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    auto last = order;
    --last[0];
    EXPECT_TRUE(Scalar::parse(last));
    EXPECT_FALSE(Scalar::parse(order));
    EXPECT_FALSE(Scalar::parse(test::ByteString(32, 0)));
    EXPECT_FALSE(Scalar::parse(test::ByteString(32, 0xff)));
    EXPECT_FALSE(Scalar::parse(test::ByteString(31, 1)));
    EXPECT_FALSE(Scalar::parse(test::ByteString(33, 1)));
    EXPECT_FALSE(Scalar::parse({}));
}

TEST(OpaqueGroup, AScalarTimesItsInverseChangesNothing)
{
    for (int i = 0; i < 50; ++i) {
        const auto scalar = Scalar::random(systemRandomness());
        const auto inverse = scalar.inverse();
        ASSERT_TRUE(inverse);
        const auto element = publicKeyOf(Scalar::random(systemRandomness()));
        const auto there = multiply(scalar, element.bytes());
        ASSERT_TRUE(there);
        const auto back = multiply(*inverse, there->bytes());
        ASSERT_TRUE(back);
        EXPECT_EQ(bytesOf(back->bytes()), bytesOf(element.bytes()));
    }
}

TEST(OpaqueGroup, RandomnessThatWouldGiveZeroIsAskedAgain)
{
    test::KnownRandomness randomness({test::ByteString(64, 0), hex("0500000000000000000000000000000000000000000000000000000000000000")});
    EXPECT_EQ(Scalar::random(randomness).bytes()[0], 5);
}

// RFC 9497 A.1.1: ristretto255-SHA512, OPRF mode.
TEST(OpaqueOprf, BlindsEvaluatesAndFinalizesAsInRfc9497)
{
    const auto key = derivePrivateKey(test::ByteString(32, 0xa3), "test key");
    EXPECT_EQ(bytesOf(key.bytes()), hex("5ebcea5ee37023ccb9fc2d2019f9d7737be85591ae8652ffa9ef0f4d37063b0e"));
    struct Vector
    {
        test::ByteString input;
        const char *blinded;
        const char *evaluated;
        const char *output;
    };
    const Vector vectors[] = {{test::ByteString(1, 0), "609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e412803c",
                               "7ec6578ae5120958eb2db1745758ff379e77cb64fe77b0b2d8cc917ea0869c7e",
                               "527759c3d9366f277d8c6020418d96bb393ba2afb20ff90df23fb7708264e2f3ab9135e3bd69955851de4b1f9fe8a0973396719b791"
                               "2ba9ee8aa7d0b5e24bcf6"},
                              {test::ByteString(17, 0x5a), "da27ef466870f5f15296299850aa088629945a17d1f5b7f5ff043f76b3c06418",
                               "b4cbf5a4f1eeda5a63ce7b77c7d23f461db3fcab0dd28e4e17cecb5c90d02c25",
                               "f4a74c9c592497375e796aa837e907b1a045d34306a749db9f34221f7e750cb4f2a6413a6bf6fa5e19ba6348eb673934a722a7ede2e"
                               "7621306d18951e7cf2c73"}};
    for (const auto &vector : vectors) {
        test::KnownRandomness randomness({hex("64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706")});
        const auto blinding = blind(vector.input, randomness);
        ASSERT_TRUE(blinding);
        EXPECT_EQ(bytesOf(blinding->blinded.bytes()), hex(vector.blinded));
        const auto evaluated = evaluate(key, blinding->blinded);
        ASSERT_TRUE(evaluated);
        EXPECT_EQ(bytesOf(evaluated->bytes()), hex(vector.evaluated));
        const auto output = finalize(vector.input, blinding->blind, *evaluated);
        ASSERT_TRUE(output);
        EXPECT_EQ(bytesOf(output->bytes()), hex(vector.output));
    }
}

TEST(OpaqueOprf, InputsLongerThanTheirLengthPrefixAreRefused)
{
    const test::ByteString longest(kMaxPasswordSize, 'p');
    const test::ByteString tooLong(kMaxPasswordSize + 1, 'p');
    EXPECT_TRUE(blind(longest, systemRandomness()));
    const auto refused = blind(tooLong, systemRandomness());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), OpaqueError::TooLong);
    const test::ByteString seed(64, 1);
    EXPECT_TRUE(oprfKeyOf(seed, Bytes(tooLong).first(kMaxCredentialIdentifierSize)));
    EXPECT_FALSE(oprfKeyOf(seed, Bytes(tooLong).first(kMaxCredentialIdentifierSize + 1)));
}
