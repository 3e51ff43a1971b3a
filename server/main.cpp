// `matinee`: gives the command line the real world to work on.
#include "app/banner.h"
#include "app/offline.h"
#include "app/serve.h"
#include "cli/database.h"
#include "cli/run.h"
#include "settings_file/loader.h"

#include <iostream>

int main(int argc, char **argv)
{
    using namespace matinee;
    cli::World world{std::cout,
                     std::cerr,
                     settings_file::processEnvironment(),
                     app::serve,
                     app::openOffline,
                     cli::databaseState,
                     cli::upgradeDatabase,
                     app::rtmpAddress,
                     app::webAddress};
    return cli::run({argv + 1, argv + argc}, world);
}
