// `matinee`: gives the command line the real world to work on.
#include "app/banner.h"
#include "app/offline.h"
#include "app/serve.h"
#include "app/signing_key_file.h"
#include "cli/database.h"
#include "cli/run.h"
#include "relay/child_main.h"
#include "relay/spawn.h"
#include "settings_file/loader.h"

#include <chrono>
#include <iostream>
#include <string_view>

int main(int argc, char **argv)
{
    using namespace matinee;
    // Not a command for people: the server starts itself so to deal with foreign streams in a process of their own (relay/child.h).
    if (argc == 2 && std::string_view(argv[1]) == relay::kChildCommand)
        return relay::childMain();
    cli::World world{std::cout,
                     std::cerr,
                     settings_file::processEnvironment(),
                     app::serve,
                     app::openOffline,
                     cli::databaseState,
                     cli::upgradeDatabase,
                     app::rtmpAddress,
                     app::webAddress,
                     [](const std::string &dataDir, const std::string &secret) {
                         return app::rotateSigningKeys(dataDir, secret, std::chrono::system_clock::now());
                     }};
    return cli::run({argv + 1, argv + argc}, world);
}
