#include "accounts/look_alikes.h"

#include <string_view>
#include <unordered_map>

namespace matinee::accounts {

namespace {

struct Letters
{
    std::u32string_view of;
    std::u32string_view lookLike;
};

// Case folded, so a letter stands for both its cases. Where these look like two Latin letters, the capital counts: capitals are exactly the
// same in print (Greek nu is N, though the small one is more like v). I, l and 1 are one, since the small i has the capital I; so are O and
// 0. Scripts in which no word looks Latin (Hebrew, Arabic, those of India) are left alone: there it would only make names of their own one.
constexpr Letters kLookAlikes[] = {
    {U"i1|ıɩɪʟǀɭȷ", U"lllllllllj"},
    {U"0", U"o"},
    {U"ɑᴀʙᴄᴅɛᴇꜰɡɢʜᴊᴋᴍɴᴏᴘƿʀꜱᴛᴜᴠᴡɯʏᴢȝʒ", U"aabcdeefgghjkmnopprstuvwwyz33"},
    // Greek and Coptic
    {U"αβγεζηικμνορστυχωϳ", U"abyezhlkmnopotyxwj"},
    {U"ⲁⲃⲉⲍⲏⲓⲕⲙⲛⲟⲣⲥⲧⲩⲭⲱ", U"abezhlkmnopctyxw"},
    // Cyrillic
    {U"абвгезиклмнопрстуүхѕіјһԁԃԛԝӏьѵѡҽӡԍ", U"a6bre3иkлmhonpctyyxsljhddqwlbvwe3g"},
    // Armenian
    {U"օոսհզցյլ", U"onuhqgjl"},
    // Cherokee, which folds to its capitals
    {U"ᎪᏴᏟᎠᎬᏀᎻᎥᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᎩᏃᏏᏧᏂ", U"abcdeghljklmprstvwyzbdh"},
    // Lisu
    {U"ꓮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑꓣꓢꓔꓴꓦꓪꓫꓬꓜ", U"abcdefghljklmnoprstuvwxyz"},
    // Canadian syllabics
    {U"ᗅᗩᗷᗪᗞᖴᕼᒍᒪᗰᑭᖇᑌᐯ᙭", U"aabddfhjlmpruvx"},
    // Katakana and the Han characters beside which it stands
    {U"エカタトニハヘロノー", U"工力夕卜二八へ口丿一"},
};

const std::unordered_map<char32_t, char32_t> &table()
{
    static const auto made = [] {
        std::unordered_map<char32_t, char32_t> all;
        for (const Letters &letters : kLookAlikes)
            for (std::size_t i = 0; i < letters.of.size() && i < letters.lookLike.size(); ++i)
                all.emplace(letters.of[i], letters.lookLike[i]);
        return all;
    }();
    return made;
}

/// One letter for two that run together: rn looks like m.
void pair(std::u32string &text, char32_t first, char32_t second, char32_t one)
{
    std::u32string paired;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool both = text[i] == first && i + 1 < text.size() && text[i + 1] == second;
        paired.push_back(both ? one : text[i]);
        i += both ? 1 : 0;
    }
    text = std::move(paired);
}

} // namespace

std::u32string skeletonOf(const std::u32string &text)
{
    constexpr char32_t dotAbove = 0x307;
    std::u32string skeleton;
    for (const char32_t c : text) {
        if (c == U'ß') { // whose capitals are SS; Qt folds letter by letter
            skeleton += U"ss";
            continue;
        }
        const auto found = table().find(c);
        const char32_t look = found == table().end() ? c : found->second;
        if (look == dotAbove && !skeleton.empty() && (skeleton.back() == U'l' || skeleton.back() == U'j'))
            continue; // the small letter has one anyway
        skeleton.push_back(look);
    }
    pair(skeleton, U'r', U'n', U'm');
    pair(skeleton, U'v', U'v', U'w');
    return skeleton;
}

} // namespace matinee::accounts
