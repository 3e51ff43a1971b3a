// Precompiled for what works on the database: what hosts have, values of Qt, JSON.
#pragma once
#include "pch_host.h"

#include <boost/json.hpp>

#include <QString>
#include <QVariant>
