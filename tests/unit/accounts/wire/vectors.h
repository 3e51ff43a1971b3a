// Published vectors of tests/vectors, as JSON.
#pragma once

#include "accounts/wire/bytes.h"
#include "tests/support/hex.h"
#include "tests/support/places.h"

#include <boost/json/parse.hpp>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace matinee::accounts {

inline boost::json::value vectors(const std::string &name)
{
    std::ifstream file(test::dataFolder() + "/vectors/" + name, std::ios::binary);
    if (!file)
        throw std::runtime_error("tests/vectors has no " + name);
    return boost::json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
}

inline std::string textIn(const boost::json::value &object, std::string_view name)
{
    return std::string(object.at(name).as_string());
}

inline Bytes hexIn(const boost::json::value &object, std::string_view name)
{
    return test::hex(textIn(object, name));
}

} // namespace matinee::accounts
