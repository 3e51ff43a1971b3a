// Private keys in PEM, made anew for each run.
#pragma once

#include <string>

namespace matinee::accounts {

std::string rsaPem(unsigned bits); ///< The same within a run: they take long to make.
std::string curvePem(const char *curve);
std::string ed25519Pem();
std::string lockedPem(); ///< With a password.
std::string publicPem();

} // namespace matinee::accounts
