#include "mail/wire/sentences.h"

namespace matinee::mail {

namespace {

std::string duration(std::chrono::minutes time)
{
    return time.count() >= 60 && time.count() % 60 == 0 ? std::to_string(time.count() / 60) + " 小时"
                                                        : std::to_string(time.count()) + " 分钟";
}

Block footer(const Values &values)
{
    return {Block::Footer, "本邮件由 " + values.server + " 发送，请勿回复。"};
}

} // namespace

Sentences chineseSentences(Kind kind, const Values &values)
{
    const std::string hello = values.name.empty() ? "您好：" : values.name + "，您好：";
    switch (kind) {
    case Kind::VerifyAddress:
        return {"请确认您在 " + values.server + " 的邮箱地址",
                {{Block::Paragraph, "您好："},
                 {Block::Paragraph, "有人在 " + values.server + " 的账号中填写了这个邮箱地址。如果是您本人，请点击下面的链接确认："},
                 {Block::Link, "确认邮箱地址", values.link},
                 {Block::Paragraph, "链接在 " + duration(values.lifetime) + "内有效，只能使用一次。"},
                 {Block::Paragraph, "如果不是您本人，无需任何操作：未经确认，该地址不会被使用。"},
                 footer(values)}};
    case Kind::ResetPassword:
        return {"设置您在 " + values.server + " 的新密码",
                {{Block::Paragraph, hello},
                 {Block::Paragraph, "有人为您在 " + values.server + " 的账号申请了新密码。请点击下面的链接设置："},
                 {Block::Link, "设置新密码", values.link},
                 {Block::Paragraph, "链接在 " + duration(values.lifetime) + "内有效，只能使用一次。"},
                 {Block::Paragraph, "如果不是您本人申请的，无需任何操作：您的密码不会改变。"},
                 footer(values)}};
    case Kind::NewDevice:
        return {"有新设备登录了 " + values.server,
                {{Block::Paragraph, hello},
                 {Block::Paragraph, "一台从未见过的设备登录了您在 " + values.server + " 的账号："},
                 {Block::Facts, "", "", {{"设备", values.device}, {"地址", values.address}, {"时间", minuteText(values.when)}}},
                 {Block::Paragraph, "如果是您本人，一切正常。如果不是，请让该设备退出登录，并修改密码："},
                 {Block::Link, "查看登录的设备", values.link},
                 footer(values)}};
    case Kind::AccountChange:
        return {values.change == Change::SessionStolen ? "有人使用了您在 " + values.server + " 的登录副本"
                                                       : "您在 " + values.server + " 的账号有变更",
                {{Block::Paragraph, hello},
                 {Block::Paragraph, "您在 " + values.server + " 的账号发生了以下变更："},
                 {Block::Paragraph, chineseChange(values.change, values.detail)},
                 {Block::Facts, "", "", placeAndTime(values, {"设备", "地址", "时间"})},
                 {Block::Paragraph, "如果是您本人，一切正常。如果不是，请修改密码，并查看登录的设备："},
                 {Block::Link, "打开您的账号", values.link},
                 footer(values)}};
    case Kind::Code:
        return {"您在 " + values.server + " 的验证码",
                {{Block::Paragraph, "您好："},
                 {Block::Paragraph, "您在 " + values.server + " 的验证码是："},
                 {Block::Code, values.code},
                 {Block::Paragraph, "验证码在 " + duration(values.lifetime) + "内有效，只能使用一次。请勿告诉任何人：我们绝不会向您索要。"},
                 {Block::Paragraph, "如果不是您本人申请的，无需任何操作。"},
                 footer(values)}};
    case Kind::Test:
        break;
    }
    return {"来自 " + values.server + " 的测试邮件",
            {{Block::Paragraph, "您好："},
             {Block::Paragraph, "这是您要求发送的测试邮件。您能看到它，说明 " + values.server + " 可以发送邮件。"},
             {Block::Paragraph, "如果它被归入垃圾邮件，请检查您的域名是否设置了 SPF、DKIM 和 DMARC 记录。"},
             footer(values)}};
}

} // namespace matinee::mail
