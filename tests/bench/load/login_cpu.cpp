// CPU of the server for both messages of an OPAQUE login, beside the bare group operations that they cannot do without, and whether the
// time tells an account from a name that nobody has. One thread; prints one JSON object.
#include "common/opaque/client.h"
#include "common/opaque/server.h"

#include <sodium.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

using namespace matinee::opaque;

namespace {

double cpuMicroseconds()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

double median(std::vector<double> values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

void require(bool truth, const char *what)
{
    if (!truth) {
        std::fprintf(stderr, "login_cpu: %s\n", what);
        std::exit(1);
    }
}

/// Welch's t of two samples, without the slowest twentieth of both together: interruptions, not the code.
double welchT(std::vector<double> a, std::vector<double> b)
{
    std::vector<double> all = a;
    all.insert(all.end(), b.begin(), b.end());
    std::sort(all.begin(), all.end());
    const double limit = all[all.size() * 95 / 100];
    const auto measured = [limit](std::vector<double> &values, double &mean, double &ofMean) {
        std::erase_if(values, [limit](double v) { return v > limit; });
        const double n = static_cast<double>(values.size());
        double sum = 0;
        double squares = 0;
        for (const double v : values)
            sum += v;
        mean = sum / n;
        for (const double v : values)
            squares += (v - mean) * (v - mean);
        ofMean = squares / (n - 1) / n;
    };
    double meanA, meanB, varianceA, varianceB;
    measured(a, meanA, varianceA);
    measured(b, meanB, varianceB);
    return (meanA - meanB) / std::sqrt(varianceA + varianceB);
}

/// Four multiplications of points that come from outside and one of the generator: the floor of a login's first message.
double floorMicroseconds(std::size_t rounds)
{
    std::vector<double> times;
    unsigned char scalar[32], point[32], product[32];
    crypto_core_ristretto255_random(point);
    for (std::size_t i = 0; i < rounds; ++i) {
        crypto_core_ristretto255_scalar_random(scalar);
        const double begin = cpuMicroseconds();
        for (int n = 0; n < 4; ++n)
            require(crypto_scalarmult_ristretto255(product, scalar, point) == 0, "a multiplication failed");
        require(crypto_scalarmult_ristretto255_base(product, scalar) == 0, "a multiplication failed");
        times.push_back(cpuMicroseconds() - begin);
    }
    return median(times);
}

} // namespace

int main(int argc, char **argv)
{
    const std::size_t attempts = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 20000;
    require(attempts >= 100, "at least 100 attempts");
    const auto setup = ServerSetup::generate();
    const Bytes password = label("correct horse battery staple");
    Credential account{{'0', '1', 'J', 'D', '2', 'Q', '8', 'Z'}, {}, true};
    auto registration = ClientRegistration::start(password);
    const auto response = respondToRegistration(setup, registration->request(), account.identifier);
    const auto record = std::move(*registration).finish(password, *response, KeyStretching::identity());
    require(record.has_value(), "the registration failed");
    account.record = record->record;

    std::vector<double> first[2], second;
    for (std::size_t i = 0; i < attempts; ++i) {
        // In an order that no period of the machine follows.
        const bool exists = randombytes_uniform(2) == 0;
        auto client = ClientLogin::start(password);
        const auto request = client->request();
        double begin = cpuMicroseconds();
        const auto credential = setup.credentialOr(label("alice"), exists ? &account : nullptr);
        auto answer = respondToLogin(setup, credential, request);
        first[exists].push_back(cpuMicroseconds() - begin);
        require(answer.has_value(), "there was no answer");
        if (!exists || second.size() >= 2000)
            continue;
        const auto done = std::move(*client).finish(password, answer->response, KeyStretching::identity());
        require(done.has_value(), "the client did not accept");
        begin = cpuMicroseconds();
        const auto key = std::move(answer->login).finish(done->finish);
        second.push_back(cpuMicroseconds() - begin);
        require(key.has_value() && *key == done->sessionKey, "the server did not accept");
    }
    const double both = median(first[1]) + median(second);
    std::printf("{\"first_message_us\": %.1f, \"second_message_us\": %.2f, \"both_us\": %.1f, \"logins_per_core_and_second\": %.0f, "
                "\"floor_us\": %.1f, \"unknown_first_message_us\": %.1f, \"attempts\": %zu, \"t_known_unknown\": %.2f}\n",
                median(first[1]), median(second), both, 1e6 / both, floorMicroseconds(2000), median(first[0]), attempts,
                welchT(first[1], first[0]));
}
