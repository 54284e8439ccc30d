-- What the directory says of some services, where they are shown and it says something else by now.
-- :ids the services
UPDATE service_band AS band
SET
    name = shown.name,
    type = shown.type,
    provider_name = shown.provider_name,
    search_text = shown.search_text,
    zones = shown.zones,
    client_groups = shown.client_groups,
    ended_on = shown.ended_on
FROM service_shown AS shown
WHERE band.care_service_id = ANY(:ids)
    AND shown.id = band.care_service_id
    AND (band.name, band.type, band.provider_name, band.zones, band.client_groups, band.ended_on)
    IS DISTINCT FROM (shown.name, shown.type, shown.provider_name, shown.zones, shown.client_groups, shown.ended_on)
