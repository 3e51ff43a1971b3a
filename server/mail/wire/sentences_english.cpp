#include "mail/wire/sentences.h"

namespace matinee::mail {

namespace {

std::string counted(std::chrono::minutes::rep number, const std::string &unit)
{
    return std::to_string(number) + " " + unit + (number == 1 ? "" : "s");
}

std::string duration(std::chrono::minutes time)
{
    return time.count() >= 60 && time.count() % 60 == 0 ? counted(time.count() / 60, "hour") : counted(time.count(), "minute");
}

Block footer(const Values &values)
{
    return {Block::Footer, "This mail was sent by " + values.server + ". Answers to it are not read."};
}

} // namespace

Sentences englishSentences(Kind kind, const Values &values)
{
    const std::string hello = values.name.empty() ? "Hello," : "Hello " + values.name + ",";
    switch (kind) {
    case Kind::VerifyAddress:
        return {
            "Confirm your mail address for " + values.server,
            {{Block::Paragraph, "Hello,"},
             {Block::Paragraph, "this mail address was given for an account on " + values.server + ". If that was you, confirm it here:"},
             {Block::Link, "Confirm the address", values.link},
             {Block::Paragraph, "The link works once, within " + duration(values.lifetime) + "."},
             {Block::Paragraph, "If it was not you, do nothing: without the confirmation the address is not used."},
             footer(values)}};
    case Kind::ResetPassword:
        return {"Set a new password for " + values.server,
                {{Block::Paragraph, hello},
                 {Block::Paragraph, "a new password was asked for your account on " + values.server + ". Set it here:"},
                 {Block::Link, "Set a new password", values.link},
                 {Block::Paragraph, "The link works once, within " + duration(values.lifetime) + "."},
                 {Block::Paragraph, "If you did not ask for it, do nothing: your password stays as it is."},
                 footer(values)}};
    case Kind::NewDevice:
        return {"A new device signed in to " + values.server,
                {{Block::Paragraph, hello},
                 {Block::Paragraph, "a device that we had not seen before signed in to your account on " + values.server + ":"},
                 {Block::Facts, "", "", {{"Device", values.device}, {"Address", values.address}, {"Time", minuteText(values.when)}}},
                 {Block::Paragraph, "If that was you, all is well. If not, sign that device out and change your password:"},
                 {Block::Link, "See where you are signed in", values.link},
                 footer(values)}};
    case Kind::AccountChange:
        return {values.change == Change::SessionStolen ? "Somebody used a copy of your sign-in to " + values.server
                                                       : "Your account on " + values.server + " was changed",
                {{Block::Paragraph, hello},
                 {Block::Paragraph, "this has happened to your account on " + values.server + ":"},
                 {Block::Paragraph, englishChange(values.change, values.detail)},
                 {Block::Facts, "", "", placeAndTime(values, {"Device", "Address", "Time"})},
                 {Block::Paragraph, "If that was you, all is well. If not, change your password and see where you are signed in:"},
                 {Block::Link, "Open your account", values.link},
                 footer(values)}};
    case Kind::Code:
        return {"Your code for " + values.server,
                {{Block::Paragraph, "Hello,"},
                 {Block::Paragraph, "this is your code for " + values.server + ":"},
                 {Block::Code, values.code},
                 {Block::Paragraph, "It works once, within " + duration(values.lifetime) + ". Give it to nobody: we never ask for it."},
                 {Block::Paragraph, "If you did not ask for it, do nothing."},
                 footer(values)}};
    case Kind::Test:
        break;
    }
    return {"Test mail from " + values.server,
            {{Block::Paragraph, "Hello,"},
             {Block::Paragraph, "this is the test mail that you asked for. Since you can read it, " + values.server + " can send mail."},
             {Block::Paragraph, "If it was among the junk, check that your domain has SPF, DKIM and DMARC records."},
             footer(values)}};
}

} // namespace matinee::mail
