// The last N numbers of something that is measured over and over. A value.
#pragma once

#include <QList>

#include <algorithm>

namespace matinee::gui {

class SampleHistory
{
public:
    explicit SampleHistory(qsizetype capacity = 60) : m_capacity(capacity) {}

    void add(double value)
    {
        if (m_values.size() == m_capacity)
            m_values.removeFirst();
        m_values.append(value);
    }
    void clear() { m_values.clear(); }

    [[nodiscard]] qsizetype capacity() const { return m_capacity; }
    [[nodiscard]] bool isEmpty() const { return m_values.isEmpty(); }
    [[nodiscard]] double last() const { return m_values.isEmpty() ? 0 : m_values.last(); }
    [[nodiscard]] double highest() const { return m_values.isEmpty() ? 0 : *std::max_element(m_values.begin(), m_values.end()); }
    /// Oldest first.
    [[nodiscard]] const QList<double> &values() const { return m_values; }

private:
    qsizetype m_capacity;
    QList<double> m_values;
};

} // namespace matinee::gui
