// Numbers on /metrics, in Prometheus' text format. One registry per process, owned by app, passed to who counts. Any thread.
// Names are matinee_<area>_<what>_<unit>[_total]; labels come from fixed sets, never from what a client sends.
// A hot path keeps its own plain counters and exposes them with `onScrape`.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
class Registry;
} // namespace prometheus

namespace matinee::observe {

using Labels = std::map<std::string, std::string>;

class Counter
{
public:
    explicit Counter(prometheus::Counter *counter = nullptr) : m_counter(counter) { }
    void add(double amount = 1);

private:
    prometheus::Counter *m_counter;
};

class Gauge
{
public:
    explicit Gauge(prometheus::Gauge *gauge = nullptr) : m_gauge(gauge) { }
    void set(double value);
    void add(double amount);

private:
    prometheus::Gauge *m_gauge;
};

class Histogram
{
public:
    explicit Histogram(prometheus::Histogram *histogram = nullptr) : m_histogram(histogram) { }
    void observe(double value);

private:
    prometheus::Histogram *m_histogram;
};

/// A default-made Counter, Gauge or Histogram counts nothing; so does everything where no Metrics is given in tests.
class Metrics
{
public:
    Metrics();
    ~Metrics();
    Metrics(const Metrics &) = delete;
    Metrics &operator=(const Metrics &) = delete;

    /// The same name and labels give the same counter. Keep the result; do not look it up per event.
    [[nodiscard]] Counter counter(const std::string &name, const std::string &help, const Labels &labels = {});
    [[nodiscard]] Gauge gauge(const std::string &name, const std::string &help, const Labels &labels = {});
    /// `bounds` in ascending order; seconds for times.
    [[nodiscard]] Histogram histogram(const std::string &name, const std::string &help, const std::vector<double> &bounds, const Labels &labels = {});
    /// Called at each scrape, before the text is made: set gauges from your own state here. Must be quick and thread-safe.
    void onScrape(std::function<void()> refresh);
    /// Lines of the text format, made at each scrape: for what comes and goes, such as streams. Whole families that nobody else has, with
    /// labels whose number is bounded. Quick and thread-safe as above.
    void onText(std::function<std::string()> lines);

    [[nodiscard]] std::string text();

private:
    std::shared_ptr<prometheus::Registry> m_registry;
    struct Hooks;
    std::unique_ptr<Hooks> m_hooks;
};

/// Bounds for request and query times, in seconds: 0.5 ms to 10 s.
[[nodiscard]] const std::vector<double> &timeBounds();

} // namespace matinee::observe
