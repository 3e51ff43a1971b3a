#include "app/mail.h"

#include "common/settings/declarations.h"

namespace matinee::app {

Mail::Mail(store::Store &store, const settings::Snapshot &settings, std::function<std::string()> webAddress, observe::Metrics *metrics)
    : m_current(currentOf(settings)),
      outbox(
          store, settings.get(settings::securityCredentialEncryptionKey), [this] { return current()->configuration; }, metrics),
      letters(outbox, std::move(webAddress)),
      security(store, letters)
{
}

std::shared_ptr<const Mail::Current> Mail::currentOf(const settings::Snapshot &settings)
{
    auto made = std::make_shared<Current>();
    made->configuration = mail::configurationOf(settings);
    made->rules.allowed = mail::AllowList(settings.get(settings::accountsAllowedMailDomains));
    made->rules.signUpNeedsAddress = settings.get(settings::accountsSignUpNeedsAddress);
    made->hasCodes = settings.get(settings::accountsAllowMailCodes) && made->configuration.ready().has_value();
    return made;
}

std::shared_ptr<const Mail::Current> Mail::current() const
{
    const std::lock_guard lock(m_mutex);
    return m_current;
}

accounts::MailRules Mail::rules() const
{
    return current()->rules;
}

void Mail::apply(const settings::Snapshot &settings)
{
    auto next = currentOf(settings);
    {
        const std::lock_guard lock(m_mutex);
        m_current = std::move(next);
    }
    carry();
}

void Mail::start()
{
    m_isStarted = true;
    carry();
}

void Mail::stop()
{
    m_isStarted = false;
    m_courier.reset();
}

void Mail::carry()
{
    const bool shouldRun = m_isStarted && outbox.ready().has_value();
    if (shouldRun && !m_courier)
        m_courier = std::make_unique<mail::Courier>(outbox);
    else if (!shouldRun)
        m_courier.reset();
}

} // namespace matinee::app
