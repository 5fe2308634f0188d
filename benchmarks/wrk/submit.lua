-- Submits tasks, each with a URL of its own: one a call, or many as NDJSON.
--   wrk … -s benchmarks/wrk/submit.lua URL -- TASKS BATCH     (tasks of this thread alone)

dofile("benchmarks/wrk/harness.lua")

local HOSTS = 1000

local run, batch, tasks
local submitted = 0

function init(arguments)
    tasks = tonumber(arguments[1])
    batch = tonumber(arguments[2])
    run = string.format("%.6f-%d-%d", now(), batch, number)
end

local function task()
    submitted = submitted + 1
    return '{"dataset_url":"https://data' .. submitted % HOSTS .. '.example.org/' .. run .. '/' .. submitted
        .. '","size_bytes":1000}'
end

function next_request()
    if submitted == tasks then
        return REST
    end
    if batch == 1 then
        return post("/tasks", task())
    end
    local lines = {}
    for i = 1, batch do
        lines[i] = task()
    end
    return post("/tasks/bulk", table.concat(lines, "\n"), "application/x-ndjson")
end

function response(status, _, body)
    if batch == 1 then
        if status ~= 202 then
            failed("a submission failed", status, body)
        end
    else
        local _, taken = body:gsub('"status":202', "")
        if status ~= 200 or taken ~= batch then
            failed("of " .. batch .. " tasks, " .. taken .. " were taken", status, body)
        end
    end
    progressed(batch)
    if finished == tasks then
        drained()
    end
end
