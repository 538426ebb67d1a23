"""The one-machine run: Postgres, Airflow and the sandbox as processes of our own.

Nothing here is needed by a deployment that brings its own Postgres and Airflow; there the
same DAGs read the same connections, and these modules stay unimported.

    home.py                 the folder that holds everything: secrets, ports, who was started
    os_user.py              the user Postgres runs as when we are root
    postgres.py             Postgres from the wheel: make, start, stop
    processes.py            start a process group, find it again, end all of it
    sandbox.py              the sandbox's process, clock and connections
    scheduler_launcher.py   Airflow's scheduler with the tasks' heavy imports done beforehand
    airflow_settings.py     the environment Airflow runs in
    airflow_api.py          Airflow's REST API: logins, connections, runs
    vendor_connections.py   the Airflow connections of vendors: the sandbox's and a person's own
    services.py             which processes, in which order, and whether they answer
"""
