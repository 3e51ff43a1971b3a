#include "mux/libav.h"

#include "observe/log.h"

#include <dlfcn.h>

#include <array>
#include <cstdarg>

namespace matinee::mux {

namespace {

#define MATINEE_TEXT_OF(number) #number
#define MATINEE_TEXT(number) MATINEE_TEXT_OF(number)

// The major version is the ABI: structures are laid out as in the headers that this was compiled with.
constexpr const char *kFormatLibrary = "libavformat.so." MATINEE_TEXT(LIBAVFORMAT_VERSION_MAJOR);
constexpr const char *kCodecLibrary = "libavcodec.so." MATINEE_TEXT(LIBAVCODEC_VERSION_MAJOR);
constexpr const char *kUtilLibrary = "libavutil.so." MATINEE_TEXT(LIBAVUTIL_VERSION_MAJOR);

struct Loaded
{
    LibAv functions;
    std::string error; ///< Empty: all there.
};

void *openLibrary(const char *name, std::string &error)
{
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL); // never closed: its functions stay in use until the process ends
    if (!library && error.empty())
        error = std::string(name) + " could not be loaded; HLS needs it. Install FFmpeg's libraries (Debian: apt install libavformat" +
                MATINEE_TEXT(LIBAVFORMAT_VERSION_MAJOR) + ") and start the server again.";
    return library;
}

template <class F> void find(void *library, const char *name, F &function, std::string &error)
{
    function = library ? reinterpret_cast<F>(dlsym(library, name)) : nullptr;
    if (!function && error.empty())
        error = std::string("The installed FFmpeg has no ") + name + "; it is not the version that this server was built for.";
}

const LibAv *g_forLog = nullptr; // set before the callback is

/// What FFmpeg says of a stream is of interest to who looks for a fault in it, not to the operator.
void forwardLog(void *context, int level, const char *format, va_list arguments)
{
    if (level > AV_LOG_WARNING || !log::enabled(log::Level::debug))
        return;
    std::array<char, 512> line{};
    int withPrefix = 1;
    g_forLog->av_log_format_line2(context, level, format, arguments, line.data(), static_cast<int>(line.size()), &withPrefix);
    std::string_view text(line.data());
    while (text.ends_with('\n'))
        text.remove_suffix(1);
    log::write(log::Level::debug, "mux", {}, text);
}

Loaded load()
{
    Loaded loaded;
    auto &[functions, error] = loaded;
    void *const util = openLibrary(kUtilLibrary, error);
    void *const codec = openLibrary(kCodecLibrary, error);
    void *const format = openLibrary(kFormatLibrary, error);
#define MATINEE_LIBAV_FIND(library, name) find(library, #name, functions.name, error);
#define MATINEE_LIBAV_FROM_FORMAT(name) MATINEE_LIBAV_FIND(format, name)
#define MATINEE_LIBAV_FROM_CODEC(name) MATINEE_LIBAV_FIND(codec, name)
#define MATINEE_LIBAV_FROM_UTIL(name) MATINEE_LIBAV_FIND(util, name)
    MATINEE_LIBAVFORMAT(MATINEE_LIBAV_FROM_FORMAT)
    MATINEE_LIBAVCODEC(MATINEE_LIBAV_FROM_CODEC)
    MATINEE_LIBAVUTIL(MATINEE_LIBAV_FROM_UTIL)
    return loaded;
}

} // namespace

std::string LibAv::describe(int error) const
{
    std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
    av_strerror(error, text.data(), text.size());
    return text.data();
}

Result<const LibAv *> libav()
{
    static const Loaded loaded = load();
    static const bool usable = [] {
        if (!loaded.error.empty()) {
            log::error("mux", "{}", loaded.error);
            return false;
        }
        g_forLog = &loaded.functions;
        loaded.functions.av_log_set_callback(forwardLog);
        return true;
    }();
    if (!usable)
        return fail(ErrorCode::Unavailable, loaded.error);
    return &loaded.functions;
}

} // namespace matinee::mux
