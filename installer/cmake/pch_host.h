// Precompiled for hosts: what the pure modules have, Asio and the log.
#pragma once
#include "pch_pure.h"

#include <atomic>
#include <coroutine>
#include <iostream>
#include <mutex>
#include <sstream>
#include <thread>

#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ssl.hpp>
#include <spdlog/spdlog.h>
