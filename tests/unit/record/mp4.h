// Bytes of small fragmented MP4 files, made box by box.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace matinee::mp4 {

using Bytes = std::vector<std::uint8_t>;

inline Bytes number(std::uint64_t value, int count)
{
    Bytes bytes;
    for (int i = count; i-- > 0;)
        bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    return bytes;
}

inline Bytes join(std::initializer_list<Bytes> parts)
{
    Bytes all;
    for (const auto &part : parts)
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

inline Bytes box(const std::string &type, const Bytes &payload)
{
    return join({number(8 + payload.size(), 4), Bytes(type.begin(), type.end()), payload});
}

inline Bytes zeros(std::size_t count)
{
    return Bytes(count, 0);
}

inline Bytes track(std::uint32_t id, std::uint32_t timescale, bool video)
{
    const Bytes kind = video ? Bytes{'v', 'i', 'd', 'e'} : Bytes{'s', 'o', 'u', 'n'};
    const auto tkhd = box("tkhd", join({number(0x00000003, 4), zeros(8), number(id, 4), zeros(64)}));
    const auto mdhd = box("mdhd", join({zeros(12), number(timescale, 4), zeros(8)}));
    const auto hdlr = box("hdlr", join({zeros(8), kind, zeros(13)}));
    return box("trak", join({tkhd, box("mdia", join({mdhd, hdlr}))}));
}

/// Video is track 1 at 90 kHz, audio track 2 at 48 kHz.
inline Bytes init(bool video = true, bool audio = true)
{
    Bytes tracks;
    Bytes extensions;
    for (const std::uint32_t id : {1U, 2U}) {
        if (id == 1 ? !video : !audio)
            continue;
        const auto one = track(id, id == 1 ? 90000 : 48000, id == 1);
        tracks.insert(tracks.end(), one.begin(), one.end());
        const auto trex = box("trex", join({zeros(4), number(id, 4), number(1, 4), zeros(12)}));
        extensions.insert(extensions.end(), trex.begin(), trex.end());
    }
    return join({box("ftyp", Bytes{'i', 's', 'o', '5', 0, 0, 2, 0}),
                 box("moov", join({box("mvhd", zeros(100)), tracks, box("mvex", extensions)}))});
}

struct Run
{
    std::uint32_t track = 1;
    std::uint64_t begins = 0;
    std::uint32_t samples = 1;
    std::uint32_t sampleDuration = 0;
    bool key = true;
    bool wide = true;
};

inline Bytes traf(const Run &run)
{
    const auto tfhd = box("tfhd", join({number(0x020028, 4), number(run.track, 4), number(run.sampleDuration, 4), number(0x01010000, 4)}));
    const auto tfdt = box("tfdt", join({number(run.wide ? 0x01000000 : 0, 4), number(run.begins, run.wide ? 8 : 4)}));
    Bytes sizes;
    for (std::uint32_t i = 0; i < run.samples; ++i)
        sizes = join({sizes, number(10, 4)});
    const auto trun =
        box("trun", join({number(0x000205, 4), number(run.samples, 4), number(0, 4), number(run.key ? 0x02000000 : 0x01010000, 4), sizes}));
    return box("traf", join({tfhd, tfdt, trun}));
}

inline Bytes fragment(const std::vector<Run> &runs, std::size_t payload = 40)
{
    Bytes tracks;
    for (const auto &run : runs)
        tracks = join({tracks, traf(run)});
    return join({box("moof", join({box("mfhd", join({zeros(4), number(1, 4)})), tracks})), box("mdat", zeros(payload))});
}

} // namespace matinee::mp4
