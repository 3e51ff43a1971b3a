#include "store/migration_files.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QRegularExpression>

#include <cctype>

/// The object file with the resources is in a static library: without this call the linker leaves it out. The macro must not be used
/// within a namespace.
static void keepEmbeddedSql()
{
    Q_INIT_RESOURCE(matinee_sql);
}

namespace matinee::store {

namespace {

/// Past a quoted text, identifier or comment that begins at `at`; `at` itself where none does.
std::size_t skipQuoted(std::string_view sql, std::size_t at)
{
    const auto past = [&](std::string_view closing, std::size_t from) {
        const std::size_t end = sql.find(closing, from);
        return end == std::string_view::npos ? sql.size() : end + closing.size();
    };
    const std::string_view rest = sql.substr(at);
    if (rest.starts_with("--"))
        return past("\n", at);
    if (rest.starts_with("/*"))
        return past("*/", at + 2);
    if (rest.front() == '\'' || rest.front() == '"')
        return past(rest.substr(0, 1), at + 1); // a doubled quote is two quoted texts side by side: the same end
    if (rest.front() == '$') {
        std::size_t end = 1;
        while (end < rest.size() && (std::isalnum(static_cast<unsigned char>(rest[end])) != 0 || rest[end] == '_'))
            ++end;
        if (end < rest.size() && rest[end] == '$')
            return past(rest.substr(0, end + 1), at + end + 1);
    }
    return at;
}

bool isWord(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// The words of a statement so far, upper case: enough to know where a trigger of SQLite ends, which has ';' in its body.
class Words
{
public:
    void add(std::string word)
    {
        for (char &c : word)
            c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        if (m_count == 0)
            m_create = word == "CREATE";
        m_trigger = m_trigger || (m_create && m_count < 3 && word == "TRIGGER"); // CREATE [TEMP] TRIGGER
        if (m_trigger && (word == "BEGIN" || word == "CASE"))
            ++m_open;
        else if (m_trigger && word == "END")
            --m_open;
        ++m_count;
    }
    [[nodiscard]] bool any() const { return m_count > 0; }
    [[nodiscard]] bool mayEnd() const { return m_open <= 0; }

private:
    int m_count = 0;
    int m_open = 0; // BEGIN and CASE without their END
    bool m_create = false, m_trigger = false;
};

} // namespace

Migration makeMigration(int version, std::string name, std::string sql)
{
    const QByteArray sum =
        QCryptographicHash::hash(QByteArray::fromRawData(sql.data(), static_cast<qsizetype>(sql.size())), QCryptographicHash::Sha256);
    const bool transactional = !sql.starts_with("-- not transactional");
    return {version, std::move(name), std::move(sql), sum.toHex().toStdString(), transactional};
}

Result<std::vector<Migration>> embeddedMigrations(Engine engine)
{
    keepEmbeddedSql();
    static const QRegularExpression form(QStringLiteral("^([0-9]{4})_([a-z0-9_]+)\\.sql$"));
    const QDir folder(engine == Engine::Sqlite ? QStringLiteral(":/sql/sqlite") : QStringLiteral(":/sql/postgres"));
    std::vector<Migration> migrations;
    for (const QString &fileName : folder.entryList(QDir::Files, QDir::Name)) {
        const auto parts = form.match(fileName);
        QFile file(folder.filePath(fileName));
        if (!parts.hasMatch() || parts.captured(1).toInt() != static_cast<int>(migrations.size()) + 1 || !file.open(QIODevice::ReadOnly))
            return fail(ErrorCode::Internal, "The program was built with a wrong list of migrations: " + fileName.toStdString() + ".");
        migrations.push_back(makeMigration(parts.captured(1).toInt(), parts.captured(2).toStdString(), file.readAll().toStdString()));
    }
    if (migrations.empty())
        return fail(ErrorCode::Internal, "The program was built without its migrations.");
    return migrations;
}

std::vector<std::string> splitStatements(std::string_view sql)
{
    std::vector<std::string> statements;
    Words words;
    std::size_t begin = 0;
    const auto take = [&](std::size_t end) {
        if (words.any())
            statements.emplace_back(sql.substr(begin, end - begin));
        words = Words();
        begin = end + 1;
    };
    for (std::size_t at = 0; at < sql.size();) {
        if (const std::size_t past = skipQuoted(sql, at); past != at) {
            at = past;
        } else if (isWord(sql[at])) {
            const std::size_t from = at;
            while (at < sql.size() && isWord(sql[at]))
                ++at;
            words.add(std::string(sql.substr(from, at - from)));
        } else {
            if (sql[at] == ';' && words.mayEnd())
                take(at);
            ++at;
        }
    }
    take(sql.size());
    return statements;
}

} // namespace matinee::store
