// Each message of OPAQUE as a stranger sends it: what is read is written again byte for byte, and nothing that was made up opens a login.
// The first byte chooses the message.
#include "common/opaque/client.h"
#include "common/opaque/server.h"

#include <algorithm>
#include <cstdlib>

using namespace matinee::opaque;

namespace {

class CountingRandomness final : public Randomness
{
public:
    void fill(std::span<std::uint8_t> bytes) override { std::fill(bytes.begin(), bytes.end(), ++m_count); }

private:
    std::uint8_t m_count = 0;
};

void require(bool truth)
{
    if (!truth)
        std::abort();
}

struct House
{
    House()
    {
        CountingRandomness randomness;
        setup.emplace(ServerSetup::generate(randomness));
        auto client = ClientRegistration::start(label("password"), randomness);
        const auto response = respondToRegistration(*setup, client->request(), label("7"));
        account = {{'7'}, std::move(*client).finish(label("password"), *response, KeyStretching::identity(), {}, randomness)->record, true};
        auto login = ClientLogin::start(label("password"), randomness);
        waiting.emplace(respondToLogin(*setup, account, login->request(), {}, randomness)->login.serialise());
    }

    std::optional<ServerSetup> setup;
    Credential account;
    std::optional<Secret<ServerLogin::kSize>> waiting;
};

template <class Message> bool read(Bytes bytes)
{
    const auto message = Message::parse(bytes);
    if (message)
        require(std::ranges::equal(message->serialise(), bytes));
    return message.has_value();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static const House house;
    if (size == 0)
        return 0;
    const Bytes bytes(data + 1, size - 1);
    switch (data[0] % 8) {
    case 0:
        if (read<RegistrationRequest>(bytes))
            require(respondToRegistration(*house.setup, bytes, label("7")).has_value());
        break;
    case 1:
        read<RegistrationResponse>(bytes);
        break;
    case 2:
        require(acceptRecord(bytes).has_value() == read<RegistrationRecord>(bytes));
        break;
    case 3:
        if (read<LoginRequest>(bytes)) {
            CountingRandomness randomness;
            require(respondToLogin(*house.setup, house.account, bytes, {}, randomness).has_value());
        }
        break;
    case 4:
        if (read<LoginResponse>(bytes)) {
            CountingRandomness randomness;
            auto client = ClientLogin::start(label("password"), randomness);
            require(!std::move(*client).finish(label("password"), bytes, KeyStretching::identity()));
        }
        break;
    case 5: {
        read<LoginFinish>(bytes);
        auto login = ServerLogin::parse(house.waiting->bytes());
        require(!std::move(*login).finish(bytes)); // nobody guesses 512 bits
        break;
    }
    case 6:
        if (const auto setup = ServerSetup::parse(bytes))
            require(sameBytes(setup->serialise().bytes(), bytes));
        break;
    default:
        if (const auto login = ServerLogin::parse(bytes))
            require(sameBytes(login->serialise().bytes(), bytes));
    }
    return 0;
}
