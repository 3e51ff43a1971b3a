// What the tests of mail write, and to whom.
#pragma once

#include "mail/configuration.h"

#include <boost/json.hpp>

namespace matinee::mail {

inline const std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'790'000'000)};

inline Configuration configuredFor(const SmtpServer &server)
{
    Configuration configuration;
    configuration.server = server;
    configuration.from = *parseAddress("matinee@example.org");
    configuration.fromName = "放映室, \"Club\"";
    configuration.serverName = "Film & Friends";
    return configuration;
}

inline Values sample()
{
    return {"",
            "anna",
            "https://watch.example.org/link?token=" + std::string(120, 'x') + "&x=1",
            "481516",
            std::chrono::minutes(30),
            "Firefox on Linux",
            "192.0.2.7",
            kNow};
}

inline std::string textOf(const boost::json::object &object, std::string_view key)
{
    return std::string(object.at(key).as_string());
}

} // namespace matinee::mail
