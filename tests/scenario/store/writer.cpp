// The victim of kill_test: writes rows from several threads and, when a write was acknowledged, says its key on stdout.
// usage: store_writer DATABASE ROUND
#include "store/migrations.h"

#include <QCoreApplication>
#include <unistd.h>

#include <iostream>
#include <thread>

using namespace matinee;

namespace {

constexpr int kThreads = 4;

void writeRows(store::Store &store, const std::string &prefix)
{
    for (int i = 0;; ++i) {
        const std::string key = prefix + "." + std::to_string(i);
        const auto r = store.writeNow<void>([&](store::Transaction &tx) -> Result<void> {
            // Of many sizes, so that rows span pages and the log is carried over into the file now and then.
            auto done = tx.execute("INSERT INTO server_state (key, value) VALUES (?, ?)",
                                   {QString::fromStdString(key), QString((i * 977) % 6000, u'x')});
            return done ? Result<void>() : Result<void>(done.error());
        });
        if (!r) {
            std::cerr << r.error().message << '\n';
            _exit(3);
        }
        const std::string line = key + "\n";
        if (::write(1, line.data(), line.size()) != static_cast<ssize_t>(line.size())) // whole: shorter than PIPE_BUF
            _exit(4);
    }
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    if (argc != 3)
        return 2;
    store::StoreOptions options;
    options.url = std::string("sqlite:") + argv[1];
    options.jobTimeout = std::chrono::seconds(20); // a slow disk is not what is tried here
    store::Store store(options, nullptr);
    if (auto r = store.open(); !r) {
        std::cerr << r.error().message << '\n';
        return 3;
    }
    if (auto r = store::migrate(store); !r) {
        std::cerr << r.error().message << '\n';
        return 3;
    }
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i)
        threads.emplace_back([&, i] { writeRows(store, std::string(argv[2]) + "." + std::to_string(i)); });
    for (auto &thread : threads)
        thread.join();
}
