// The key set of a provider, the header of a token, and our own key ring as it might come back from the database. What is taken is sound:
// public keys sign nothing, names are there once, and a ring is stored as it was read.
#include "accounts/wire/base64url.h"
#include "accounts/wire/jwk.h"
#include "accounts/wire/jws.h"
#include "accounts/wire/key_ring.h"

#include <cstdlib>
#include <set>

using namespace matinee::accounts;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    if (const auto keys = keySetOfJwks(text)) {
        std::set<std::string> names;
        for (const NamedKey &key : keys->keys())
            if (!names.insert(key.id).second || key.key.canSign() != key.key.isSymmetric())
                std::abort();
    }
    if (const auto ring = KeyRing::parse(text)) {
        const std::string stored = ring->serialised();
        const auto again = KeyRing::parse(stored);
        if (!again || again->serialised() != stored || !ring->current().key.canSign())
            std::abort();
    }
    static const KeySet keys = *KeySet::create({NamedKey{"k", *Key::hmac(Bytes(32, 1)), {}}});
    const std::string unsignedToken = base64url(bytesOf(text)) + ".e30.";
    const std::string token = unsignedToken + base64url(Bytes(32, 0));
    if (verifyJws(token, keys, {Algorithm::Hs256}) || verifyJws(unsignedToken, keys, {Algorithm::Hs256}) ||
        verifyJws(text, keys, {Algorithm::Hs256, Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256}))
        std::abort(); // nobody guesses 256 bits
    return 0;
}
