// Opens FFmpeg's libraries and finds functions in them; the first thing that is missing is remembered as a sentence for the operator.
// What was opened is never closed: its functions stay in use until the process ends. Used once, while a table of functions is filled.
#pragma once

#include <dlfcn.h>

#include <string>

namespace matinee::mux {

#define MATINEE_TEXT_OF(number) #number
#define MATINEE_TEXT(number) MATINEE_TEXT_OF(number)

class LibraryLoader
{
public:
    /// `purpose`: "HLS needs it". `package`: what Debian calls it.
    LibraryLoader(std::string purpose, std::string package) : m_purpose(std::move(purpose)), m_package(std::move(package)) {}

    [[nodiscard]] void *open(const char *name)
    {
        void *const library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
        if (!library && m_error.empty())
            m_error = std::string(name) + " could not be loaded; " + m_purpose + ". Install FFmpeg's libraries (Debian: apt install " +
                      m_package + ") and start the server again.";
        return library;
    }

    template <class F> void find(void *library, const char *name, F &function)
    {
        function = library ? reinterpret_cast<F>(dlsym(library, name)) : nullptr;
        if (!function && m_error.empty())
            m_error = std::string("The installed FFmpeg has no ") + name + "; it is not the version that this server was built for.";
    }

    [[nodiscard]] const std::string &error() const { return m_error; } ///< Empty: all there.

private:
    const std::string m_purpose;
    const std::string m_package;
    std::string m_error;
};

} // namespace matinee::mux
