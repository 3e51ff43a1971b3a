#include "observe/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>

namespace matinee::observe {

struct Metrics::Hooks
{
    std::mutex mutex;
    std::vector<std::function<void()>> list;
    std::vector<std::function<std::string()>> texts;
};

void Counter::add(double amount)
{
    if (m_counter)
        m_counter->Increment(amount);
}

void Gauge::set(double value)
{
    if (m_gauge)
        m_gauge->Set(value);
}

void Gauge::add(double amount)
{
    if (m_gauge)
        m_gauge->Increment(amount);
}

void Histogram::observe(double value)
{
    if (m_histogram)
        m_histogram->Observe(value);
}

Metrics::Metrics()
    : m_registry(std::make_shared<prometheus::Registry>(prometheus::Registry::InsertBehavior::Merge))
    , m_hooks(std::make_unique<Hooks>())
{
}

Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string &name, const std::string &help, const Labels &labels)
{
    return Counter(&prometheus::BuildCounter().Name(name).Help(help).Register(*m_registry).Add(labels));
}

Gauge Metrics::gauge(const std::string &name, const std::string &help, const Labels &labels)
{
    return Gauge(&prometheus::BuildGauge().Name(name).Help(help).Register(*m_registry).Add(labels));
}

Histogram Metrics::histogram(const std::string &name, const std::string &help, const std::vector<double> &bounds, const Labels &labels)
{
    return Histogram(&prometheus::BuildHistogram().Name(name).Help(help).Register(*m_registry).Add(labels, bounds));
}

void Metrics::onScrape(std::function<void()> refresh)
{
    const std::lock_guard lock(m_hooks->mutex);
    m_hooks->list.push_back(std::move(refresh));
}

void Metrics::onText(std::function<std::string()> lines)
{
    const std::lock_guard lock(m_hooks->mutex);
    m_hooks->texts.push_back(std::move(lines));
}

std::string Metrics::text()
{
    std::string added;
    {
        const std::lock_guard lock(m_hooks->mutex);
        for (const auto &refresh : m_hooks->list)
            refresh();
        for (const auto &lines : m_hooks->texts)
            added += lines();
    }
    return prometheus::TextSerializer().Serialize(m_registry->Collect()) + added;
}

const std::vector<double> &timeBounds()
{
    static const std::vector<double> bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
    return bounds;
}

} // namespace matinee::observe
