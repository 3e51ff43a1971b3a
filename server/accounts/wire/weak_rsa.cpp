#include "accounts/wire/weak_rsa.h"

#include <bitset>

namespace matinee::accounts {

namespace {

// M of keys of 1984 bits or more is the product of the primes up to this one, or of more; shorter keys are refused for their length.
constexpr unsigned kLargestPrime = 701;

bool isPrime(unsigned number)
{
    for (unsigned divisor = 3; divisor * divisor <= number; divisor += 2)
        if (number % divisor == 0)
            return false;
    return true;
}

unsigned remainder(BytesView number, unsigned divisor)
{
    unsigned rest = 0;
    for (const std::uint8_t byte : number)
        rest = (rest * 256 + byte) % divisor;
    return rest;
}

bool isPowerOf65537(unsigned value, unsigned prime)
{
    std::bitset<kLargestPrime> powers;
    for (unsigned power = 1; !powers[power]; power = power * (65537 % prime) % prime)
        powers.set(power);
    return powers[value];
}

} // namespace

bool hasRocaMark(BytesView modulus)
{
    for (unsigned prime = 3; prime <= kLargestPrime; prime += 2)
        if (isPrime(prime) && !isPowerOf65537(remainder(modulus, prime), prime))
            return false; // for other keys mostly within the first five
    return true;
}

} // namespace matinee::accounts
