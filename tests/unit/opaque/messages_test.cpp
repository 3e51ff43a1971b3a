#include "common/opaque/messages.h"

#include "house.h"

#include <functional>

using namespace matinee;
using namespace matinee::opaque;
using test::bytesOf;
using test::ByteString;

namespace {

struct Kind
{
    const char *name;
    ByteString good;
    std::vector<std::size_t> elements; ///< Where group elements stand.
    std::function<std::optional<OpaqueError>(Bytes)> parse;
};

template <class Message> std::optional<OpaqueError> parsed(Bytes bytes)
{
    const auto message = Message::parse(bytes);
    if (!message)
        return message.error();
    EXPECT_EQ(bytesOf(message->serialise()), bytesOf(bytes)) << "what was read is not what is written";
    return std::nullopt;
}

/// Each message, out of one real registration and login.
std::vector<Kind> kinds()
{
    const auto setup = ServerSetup::generate();
    const auto password = bytesOf("correct horse");
    auto registration = ClientRegistration::start(password);
    const auto registrationRequest = bytesOf(registration->request());
    const auto response = respondToRegistration(setup, registrationRequest, bytesOf("7"));
    const auto record = std::move(*registration).finish(password, *response, KeyStretching::identity())->record;
    const auto messages = test::login(setup, {bytesOf("7"), record}, password);
    EXPECT_EQ(messages.clientKey, messages.serverKey);
    return {{"registration request", registrationRequest, {0}, parsed<RegistrationRequest>},
            {"registration response", bytesOf(*response), {0, 32}, parsed<RegistrationResponse>},
            {"record", bytesOf(record), {0}, parsed<RegistrationRecord>},
            {"KE1", messages.request, {0, 64}, parsed<LoginRequest>},
            {"KE2", messages.response, {0, 224}, parsed<LoginResponse>},
            {"KE3", messages.finish, {}, parsed<LoginFinish>}};
}

} // namespace

TEST(OpaqueMessages, HaveTheSizesOfTheRfc)
{
    const auto all = kinds();
    const std::size_t sizes[] = {32, 64, 192, 96, 320, 64};
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i].good.size(), sizes[i]) << all[i].name;
        EXPECT_EQ(all[i].parse(all[i].good), std::nullopt) << all[i].name;
    }
}

TEST(OpaqueMessages, EveryOtherLengthIsMalformed)
{
    int refused = 0;
    for (const auto &kind : kinds()) {
        for (std::size_t size = 0; size < kind.good.size(); ++size, ++refused)
            EXPECT_EQ(kind.parse(Bytes(kind.good).first(size)), OpaqueError::Malformed) << kind.name << " of " << size << " bytes";
        for (std::size_t more : {1, 2, 32, 65536}) {
            auto longer = kind.good;
            longer.resize(longer.size() + more);
            EXPECT_EQ(kind.parse(longer), OpaqueError::Malformed) << kind.name << " and " << more << " bytes";
            ++refused;
        }
    }
    EXPECT_EQ(refused, 32 + 64 + 192 + 96 + 320 + 64 + 6 * 4);
}

TEST(OpaqueMessages, AnElementThatIsNoneIsMalformedWhereverItStands)
{
    const ByteString bad[] = {ByteString(32, 0), // the identity
                              test::hex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
                              test::hex("0100000000000000000000000000000000000000000000000000000000000000"),
                              test::hex("26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371"), ByteString(32, 0xff)};
    for (const auto &kind : kinds())
        for (const auto place : kind.elements) {
            for (const auto &element : bad) {
                auto message = kind.good;
                std::copy(element.begin(), element.end(), message.begin() + static_cast<std::ptrdiff_t>(place));
                EXPECT_EQ(kind.parse(message), OpaqueError::Malformed) << kind.name << " at " << place;
            }
            auto second = kind.good; // the same element in a second form
            second[place + 31] |= 0x80;
            EXPECT_EQ(kind.parse(second), OpaqueError::Malformed) << kind.name << " at " << place;
        }
}
