-- What the scripts for wrk share. wrk runs a script in each of its threads, and knows no connections there: any response
-- may be followed by any request, so what is under way is kept for the thread as a whole.
--
-- A script defines next_request() and response(), and calls progressed() and drained(). All that fails ends the run: a benchmark
-- of errors is none.

local ffi = require("ffi")
ffi.cdef [[
    struct benchmark_moment { long seconds; long nanoseconds; };
    int clock_gettime(int clock, struct benchmark_moment *moment);
]]
local MONOTONIC = 1

-- Sent when nothing is left to ask for: the first letter of a request that never goes on, so the connection rests.
REST = "P"

-- Globals, for done() reads them out of every thread.
finished = 0
began = 0
ended = 0

local threads = {}

-- Seconds on a clock that only goes forward.
function now()
    local moment = ffi.new("struct benchmark_moment")
    ffi.C.clock_gettime(MONOTONIC, moment)
    return tonumber(moment.seconds) + tonumber(moment.nanoseconds) / 1e9
end

function setup(thread)
    thread:set("number", #threads)
    table.insert(threads, thread)
end

function failed(what, status, body)
    io.stderr:write(what, ": ", tostring(status), " ", tostring(body), "\n")
    os.exit(1)
end

-- Before it starts, wrk looks at a request of the first thread, and does not send it.
local to_be_shown = true

function request()
    if to_be_shown and number == 0 then
        to_be_shown = false
        return wrk.format("GET", "/")
    end
    if began == 0 then
        began = now()
    end
    return next_request()
end

function progressed(count)
    finished = finished + count
    ended = now()
end

-- Whoever started wrk counts these lines, and ends it when every thread has written one.
function drained()
    io.stdout:write("drained\n")
    io.stdout:flush()
    wrk.thread:stop()
end

function post(path, body, content_type)
    return wrk.format("POST", path, { ["Content-Type"] = content_type or "application/json" }, body)
end

function done(summary, latency)
    local errors = summary.errors
    local met = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    if met > 0 then
        failed("calls that came to nothing", met, "")
    end
    local total, first, last = 0, math.huge, 0
    for _, thread in ipairs(threads) do
        total = total + thread:get("finished")
        first = math.min(first, thread:get("began"))
        last = math.max(last, thread:get("ended"))
    end
    io.write(string.format(
        '{"tasks":%d,"seconds":%.6f,"p50_ms":%.3f,"p99_ms":%.3f}\n',
        total, last - first, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
