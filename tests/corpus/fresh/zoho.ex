defmodule Zoho.OAuth do
  @moduledoc """
  Needs `Desk.tickets.READ` at least.
  """
  @scopes ~w(Desk.tickets.READ Desk.contacts.READ)
  @default_scope "Desk.basic.READ"

  def authorize_url do
    "https://accounts.zoho.eu/oauth/v2/auth?" <> URI.encode_query(%{scope: "Desk.search.READ", client_id: id()})
  end

  def allowed?("Desk.tickets.DELETE"), do: false
  def allowed?(s), do: s in @scopes
end
